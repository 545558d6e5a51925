output "url" {
  description = "Address to scrape, with an identity token."
  value       = google_cloud_run_v2_service.exporter.uri
}

output "service_account" {
  description = "Account that must be allowed to read whatever else is explored."
  value       = google_service_account.exporter.email
}
