"""Amazon Neptune: instances and clusters."""

from cloud_carbon_exporter.providers.aws.describing.shared_volume import specs

SPECS = specs("neptune", "AWS/Neptune", "Neptune")
