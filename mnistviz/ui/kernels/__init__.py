"""Parts of the page Kernels: `pages/kernels.py` lists the sections, each draws its charts."""
