"""What the benchmarks share: sites, servers, pictures, floors and tables; `heavy` and `drift` are parts of bench/photo.py."""
