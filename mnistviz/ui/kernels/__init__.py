"""Parts of the page Kernels."""
