"""A request as people paste it, read: a JSON body, a cURL command, or a recipe; and how a form is filled with it."""
