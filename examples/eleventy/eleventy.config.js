export const config = { dir: { input: 'src' } };

export default function configure(eleventyConfig) {
  eleventyConfig.addPassthroughCopy({ 'src/style.css': 'style.css' });
  // Without files whose names begin with a dot: the marker of thumbs names the manifest.
  eleventyConfig.addPassthroughCopy({ thumbnails: 'thumbnails' }, { dot: false });
  eleventyConfig.addWatchTarget('photos.json');
}
