# The exporter as a job of Nomad: nomad job run deploy/nomad/cloud-carbon-exporter.nomad.hcl
# Secrets are a Nomad variable at the path of the job, which it may read without a policy:
#   nomad var put nomad/jobs/cloud-carbon-exporter SCW_ACCESS_KEY=... SCW_SECRET_KEY=...
variable "image" {
  type    = string
  default = "ghcr.io/cloud-carbon-exporter/cloud-carbon-exporter:0.1.0"
}

job "cloud-carbon-exporter" {
  type        = "service"
  datacenters = ["*"]

  # One alone: two would count everything twice.
  group "exporter" {
    count = 1

    network {
      port "metrics" {
        to = 2922
      }
    }

    # Counters and history outlive a restart on the same node, and a move too where the data can be moved.
    ephemeral_disk {
      sticky  = true
      migrate = true
      size    = 300
    }

    service {
      name     = "cloud-carbon-exporter"
      port     = "metrics"
      provider = "nomad"
      tags     = ["prometheus"]

      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "5s"
      }
    }

    task "exporter" {
      driver       = "docker"
      user         = "65532:65532"
      kill_timeout = "30s"

      config {
        image           = var.image
        ports           = ["metrics"]
        args            = ["-config.file=/local/config.yml", "-state.file=/alloc/data/state", "-history.file=/alloc/data/history.db", "-log.format=json"]
        readonly_rootfs = true
        cap_drop        = ["all"]
      }

      # Changed, it is read again.
      template {
        destination   = "local/config.yml"
        change_mode   = "signal"
        change_signal = "SIGHUP"

        data = <<-EOT
          targets:
            - {provider: scw, organization_id: "11111111-1111-4111-8111-111111111111"}
        EOT
      }

      template {
        destination = "secrets/environment"
        env         = true
        change_mode = "restart"

        data = <<-EOT
          {{- if nomadVarExists "nomad/jobs/cloud-carbon-exporter" }}
          {{- with nomadVar "nomad/jobs/cloud-carbon-exporter" }}
          {{- range .Tuples }}
          {{ .K }}={{ .V | toJSON }}
          {{- end }}
          {{- end }}
          {{- end }}
        EOT
      }

      resources {
        cpu    = 200
        memory = 512
      }
    }
  }
}
