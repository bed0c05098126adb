"""A static site of the document: from any host and from a folder, without a request to anywhere else."""
