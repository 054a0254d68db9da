"""Reading newsletters: a document goes in, what it announces comes out. Nothing here fetches, stores or decides."""
