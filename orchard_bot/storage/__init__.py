"""Where everything that must survive a restart is kept."""
