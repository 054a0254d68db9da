"""Coming and going: the first word, the welcome, what each person said yes to, requests to join."""
