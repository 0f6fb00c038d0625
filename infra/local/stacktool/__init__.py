"""The local stack: the project's own template on a cloud that runs on this machine."""
