locals {
  # As cloud-carbon-exporter permissions -cloud.provider=gcp -format=gcp prints them; a test holds the two together.
  permissions = [
    "cloudasset.assets.exportResource",
    "cloudasset.assets.listResource",
    "compute.machineTypes.list",
    "compute.nodeGroups.get",
    "monitoring.timeSeries.list",
  ]

  # Nothing runs between two requests, so it collects when it is asked.
  args = concat(
    ["-cloud.provider=gcp", "-cloud.gcp.projectid=${var.project}", "-collect.mode=scrape", "-log.format=json"],
    var.extra_args,
  )
}
