terraform {
  required_version = ">= 1.3"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

resource "google_service_account" "exporter" {
  project      = var.project
  account_id   = var.name
  display_name = "Cloud carbon exporter"
}

resource "google_project_iam_custom_role" "reads" {
  project     = var.project
  role_id     = "cloudCarbonExporter"
  title       = "Cloud Carbon Exporter"
  description = "What the cloud carbon exporter reads"
  permissions = local.permissions
}

resource "google_project_iam_member" "reads" {
  project = var.project
  role    = google_project_iam_custom_role.reads.id
  member  = google_service_account.exporter.member
}

resource "google_cloud_run_v2_service" "exporter" {
  project  = var.project
  name     = var.name
  location = var.region
  ingress  = var.ingress

  template {
    service_account                  = google_service_account.exporter.email
    timeout                          = "120s"
    max_instance_request_concurrency = 20

    # One instance answers all: it keeps what it read, and the counters of calls and costs.
    scaling {
      max_instance_count = 1
    }

    containers {
      image = var.image
      args  = local.args

      ports {
        container_port = 8080
      }

      resources {
        limits = { cpu = "1", memory = var.memory }
      }

      dynamic "env" {
        for_each = var.secrets

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }

      startup_probe {
        period_seconds    = 1
        failure_threshold = 30

        http_get {
          path = "/healthz"
        }
      }

      liveness_probe {
        http_get {
          path = "/healthz"
        }
      }
    }
  }
}

# Who may ask: the service account of your Prometheus.
resource "google_cloud_run_v2_service_iam_member" "prometheus" {
  for_each = toset(var.invokers)
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.exporter.name
  role     = "roles/run.invoker"
  member   = each.value
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each  = var.secrets
  project   = var.project
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.exporter.member
}
