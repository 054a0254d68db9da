"""What makes it run: intake, lanes, pipeline, outbox, schedules, supervision. Knows no platform and no database."""
