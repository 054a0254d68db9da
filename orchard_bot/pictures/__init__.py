"""A picture in, the text in it out: letters and nothing else. Faces and things are never looked for."""
