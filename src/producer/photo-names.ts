// Which files are photos by their names, which look like a picture or a video, and which lie beside pictures and are none. The photo
// extensions come from the decoders, by way of the run.

/** Whether a file's name ends in one of the extensions, in any letter case. */
export type IsPhotoName = (name: string) => boolean;

/** @param extensions Lower case, without the dot. */
export function photoNameTest(extensions: readonly string[]): IsPhotoName {
  const pattern = new RegExp(`\\.(?:${extensions.join('|')})$`, 'i');
  return (name) => pattern.test(name);
}

/**
 * Extensions of pictures and videos besides those of decoders: what cameras, phones, scanners and drawing programs write. Without `ts`,
 * which is TypeScript more often than a transport stream, and without what {@link isSidecar} knows.
 */
const PICTURES_AND_VIDEOS = {
  heif: 'avci avcs avifs',
  raw: 'ari bay crw dcr erf fff k25 kdc mdc mef mos mrw ptx raw rwl srf x3f',
  other: `ai apng bmp cur dds dib dpx emf eps exr fits hdr ico insp j2c j2k jng jp2 jpf jpm jps jpx jxl jxr mng pam pbm pcd pct pcx pdf pgm
    pict pnm ppm psb psd qoi ras sgi svgz tga wbmp wdp wmf xbm xcf xpm`,
  video: `360 3g2 3gp asf avi braw divx dv f4v flv insv lrv m2t m2ts m2v m4v mkv mod mov mp4 mpe mpeg mpg mts mxf ogm ogv qt r3d rm rmvb tod
    vob webm wmv`,
};

const LOOKS_LIKE = new Set(Object.values(PICTURES_AND_VIDEOS).flatMap((list) => list.split(/\s+/)));

/** The extension of a picture's or video's name, in lower case, whether or not it is a photo's; undefined for any other name. */
export type PictureExtensionOf = (name: string) => string | undefined;

/** @param extensions Extensions that decoders know, lower case, without the dot. */
export function pictureExtensions(extensions: readonly string[]): PictureExtensionOf {
  const all = new Set([...extensions, ...LOOKS_LIKE]);
  return (name) => {
    const extension = extensionOf(name);
    return extension !== undefined && all.has(extension) ? extension : undefined;
  };
}

/** In lower case, without the dot; undefined for a name without a dot. */
export function extensionOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? undefined : name.slice(dot + 1).toLowerCase();
}

/**
 * Extensions of files that cameras, phones and programs write beside a picture: what was done to it (Adobe, Apple, Canon, Capture One, DxO,
 * darktable, Nikon, ON1, RawTherapee), and a small copy of it or of a video.
 */
const SIDECAR_EXTENSIONS = new Set('aae comask cos dop dr4 nksc on1 pp3 thm vrd xmp'.split(' '));

/** What systems and programs write into each folder, in lower case. */
const SIDECAR_NAMES = new Set([
  '.ds_store',
  '.nomedia',
  '.picasa.ini',
  'desktop.ini',
  'picasa.ini',
  'thumbs.db',
]);

/** Whether a name is that of a file that lies beside pictures and is none, in any letter case: it is neither a photo nor counted. */
export function isSidecar(name: string): boolean {
  return SIDECAR_EXTENSIONS.has(extensionOf(name) ?? '') || SIDECAR_NAMES.has(name.toLowerCase());
}
