"""Files made from the published form of the document, which a portal, a site or a catalogue takes as they are."""
