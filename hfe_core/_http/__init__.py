"""HTTP/1.1 as far as both transports share it: heads, bodies, compression, trust and proxies. Without sockets."""
