"""All that talks to Scaleway."""
