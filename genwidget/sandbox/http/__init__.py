"""The sandbox as a web server: connections, requests, responses."""
