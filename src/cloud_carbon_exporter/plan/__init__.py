"""Plans of Terraform and OpenTofu, read and estimated: what stands before, and what after."""
