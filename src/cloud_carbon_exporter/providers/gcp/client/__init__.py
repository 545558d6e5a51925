"""All that talks to Google Cloud."""
