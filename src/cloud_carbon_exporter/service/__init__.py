"""The running program: what is opened, served, pushed and reloaded."""
