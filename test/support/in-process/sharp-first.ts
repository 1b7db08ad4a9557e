// Loads sharp as tests import it before src/ does by `require`: those are two instances on one native module, and when the one for `import`
// comes second, libvips' warnings of JPEGs reach neither (sharp 0.35.5).

import 'sharp';
