"""Where the files that travel with the package lie."""

from pathlib import Path

DATA = Path(__file__).parent / "data"
DOCUMENT = DATA / "openapi.yaml"
LICENSE = DATA / "LICENSE"
CONTRACT_TESTS = (DATA / "contract_tests").resolve()
PAGES = CONTRACT_TESTS / "pages"
