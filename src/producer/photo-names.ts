// Which files are photos by their names, and which look like a picture or a video. The photo extensions come from the decoders, by way
// of the run.

/** Whether a file's name ends in one of the extensions, in any letter case. */
export type IsPhotoName = (name: string) => boolean;

/** @param extensions Lower case, without the dot. */
export function photoNameTest(extensions: readonly string[]): IsPhotoName {
  const pattern = new RegExp(`\\.(?:${extensions.join('|')})$`, 'i');
  return (name) => pattern.test(name);
}

/**
 * Extensions of pictures and videos besides those of photos: what cameras, phones, scanners and drawing programs write. Without `ts`, which
 * is TypeScript more often than a transport stream, and without files beside a picture that repeat it (`thm`).
 */
const PICTURES_AND_VIDEOS = {
  heif: 'heic heif heics heifs hif avci avcs avifs',
  raw: 'ari bay crw dcr erf fff k25 kdc mdc mef mos mrw ptx raw rwl srf x3f',
  other: `apng bmp cur dds dib dpx emf eps exr fits hdr ico j2c j2k jng jp2 jpf jpm jpx jxl jxr mng mpo pam pbm pcd pct pcx pgm pict pnm
    ppm psb psd qoi ras sgi svg svgz tga wbmp wdp wmf xbm xcf xpm`,
  video: `360 3g2 3gp asf avi braw divx dv f4v flv insv lrv m2t m2ts m2v m4v mkv mod mov mp4 mpe mpeg mpg mts mxf ogm ogv qt r3d rm rmvb tod
    vob webm wmv`,
};

const LOOKS_LIKE = new Set(Object.values(PICTURES_AND_VIDEOS).flatMap((list) => list.split(/\s+/)));

/** The extension of a picture's or video's name, in lower case, whether or not it is a photo's; undefined for any other name. */
export type PictureExtensionOf = (name: string) => string | undefined;

/** @param extensions Extensions of photos, lower case, without the dot. */
export function pictureExtensions(extensions: readonly string[]): PictureExtensionOf {
  const all = new Set([...extensions, ...LOOKS_LIKE]);
  return (name) => {
    const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
    return extension.length < name.length && all.has(extension) ? extension : undefined;
  };
}
