// Tests load sharp by `import`, src/ by `require`: two instances on one native module. It is loaded by `import` first, because otherwise
// libvips' warnings of JPEGs reach neither instance (sharp 0.35.5).

import 'sharp';
