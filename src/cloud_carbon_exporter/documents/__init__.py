"""Documents that follow from the code; `python -m cloud_carbon_exporter.documents` writes them."""
