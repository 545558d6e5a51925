"""Amazon DocumentDB: instances and clusters."""

from cloud_carbon_exporter.providers.aws.describing.shared_volume import specs

SPECS = specs("docdb", "AWS/DocDB", "DocumentDB")
