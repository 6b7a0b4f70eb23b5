"""GraphQL of slips: ``tickets`` counts, ``types`` shows slips, ``query`` reads them and ``mutation`` changes them."""
