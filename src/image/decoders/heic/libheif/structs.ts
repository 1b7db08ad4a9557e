// libheif's structs and enumerations, as far as they are used: the only file that knows their offsets. Those are the ones of libheif
// 1.23's headers for a 32-bit machine, in little endian byte order.

/** struct heif_error, heif_error.h. */
export const ERROR = { code: 0, subcode: 4, message: 8 } as const;

/** enum heif_error_code, heif_error.h; `plugin`: there is none for this compression. */
export const ERROR_CODE = { unsupported: 4, plugin: 11 } as const;

/** struct heif_security_limits, heif_security.h. */
export const LIMITS = {
  imagePixels: 8,
  tiles: 16,
  items: 28,
  profileBytes: 32,
  blockBytes: 40,
  extentsPerItem: 52,
  childrenPerBox: 60,
  totalBytes: 64,
} as const;

/** struct heif_decoding_options, heif_decoding.h; `keepsColours` is output_image_nclx_profile_passthrough. */
export const OPTIONS = { ignoreTransformations: 1, strict: 21, keepsColours: 69 } as const;

/** struct heif_image_tiling, heif_tiling.h. */
export const TILING = {
  columns: 4,
  rows: 8,
  tileWidth: 12,
  tileHeight: 16,
  width: 20,
  height: 24,
} as const;

/** struct heif_color_profile_nclx, heif_color.h. */
export const NCLX = { primaries: 4, transfer: 8, matrix: 12, isFullRange: 16 } as const;

/** enum heif_transform_mirror_direction, heif_properties.h. */
export const MIRROR_HORIZONTALLY = 1;

/** enum heif_channel, heif_image.h. */
export const CHANNEL = { Y: 0, Cb: 1, Cr: 2, R: 3, G: 4, B: 5, alpha: 6 } as const;

/** enum heif_colorspace, heif_image.h. */
export const COLOURSPACE = { YCbCr: 0, RGB: 1, grey: 2 } as const;

/** enum heif_chroma, heif_image.h. */
export const CHROMA = { 420: 1, 422: 2, 444: 3 } as const;

/** `heif_colorspace_undefined` and `heif_chroma_undefined`: as the picture is stored. */
export const AS_STORED = 99;
