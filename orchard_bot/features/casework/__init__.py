"""Cases: what moderators are told, see and decide, and how it is carried out."""
