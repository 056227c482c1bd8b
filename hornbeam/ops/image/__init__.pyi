# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.warp import affine_transform as affine_transform
from hornbeam.ops.patches import crop_images as crop_images
from hornbeam.ops.warp import elastic_transform as elastic_transform
from hornbeam.ops.patches import extract_patches as extract_patches
from hornbeam.ops.patches import extract_patches_3d as extract_patches_3d
from hornbeam.ops.patches import gaussian_blur as gaussian_blur
from hornbeam.ops.colour import hsv_to_rgb as hsv_to_rgb
from hornbeam.ops.warp import map_coordinates as map_coordinates
from hornbeam.ops.patches import pad_images as pad_images
from hornbeam.ops.warp import perspective_transform as perspective_transform
from hornbeam.ops.resize import resize as resize
from hornbeam.ops.colour import rgb_to_grayscale as rgb_to_grayscale
from hornbeam.ops.colour import rgb_to_hsv as rgb_to_hsv
from hornbeam.ops.resize import scale_and_translate as scale_and_translate
from hornbeam.ops.patches import sobel_edges as sobel_edges
from hornbeam.ops.colour import ssim as ssim
