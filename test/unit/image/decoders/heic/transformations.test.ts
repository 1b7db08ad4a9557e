// Turned, mirrored and cropped as the container says, in the order in which it says so, and by nothing else.

import { expect, test } from 'vitest';
import {
  cropped,
  type ExpectedPicture,
  expectPicture,
  mirrored,
  quartersPicture,
  rotated,
} from '../../../../support/images/heif/expected.js';
import { heifPhoto, type Photo } from '../../../../support/images/heif/photo.js';
import { QUARTERS } from '../../../../support/images/heif/pictures.js';
import {
  cleanAperture,
  crop,
  type Mirror,
  mirroring,
  type Property,
  rotation,
} from '../../../../support/images/heif/properties.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';
import { tiff } from '../../../../support/images/hostile-images.js';

const SIZE = [128, 96] as const;
/** More than any side of these pictures. */
const WHOLE = 1024;
const GRID = {
  columns: 2,
  rows: 2,
  width: 128,
  height: 96,
  tiles: ['red', 'green', 'blue', 'yellow'],
} as const;
const MIRRORS: readonly Mirror[] = ['left and right', 'top and bottom'];

/** A transformation as the file has it, and what it does to a picture. */
interface Step {
  readonly name: string;
  readonly property: (size: readonly [number, number]) => Property;
  readonly apply: (picture: ExpectedPicture) => ExpectedPicture;
}

const turn = (quarters: number): Step => ({
  name: `${quarters} quarter turns`,
  property: () => rotation(quarters),
  apply: (picture) => rotated(picture, quarters),
});
const mirror = (which: Mirror): Step => ({
  name: `${which} exchanged`,
  property: () => mirroring(which),
  apply: (picture) => mirrored(picture, which),
});
/** Of neither the same margins left and right, nor above and below; odd ones, too. */
const PART = { left: 13, top: 6, width: 71, height: 59 };
const cut: Step = {
  name: 'cropped',
  property: (size) => crop(size, PART),
  apply: (picture) => cropped(picture, PART),
};

/** All ways to put the steps one after the other. */
function orders(steps: readonly Step[]): Step[][] {
  if (steps.length < 2) return [[...steps]];
  return steps.flatMap((first) =>
    orders(steps.filter((step) => step !== first)).map((rest) => [first, ...rest]),
  );
}

const ORIENTATIONS = [0, 1, 2, 3].flatMap((quarters) => [
  [turn(quarters)],
  ...MIRRORS.flatMap((which) => orders([turn(quarters), mirror(which)])),
]);
const CROPS = [0, 1, 2, 3].flatMap((quarters) => [
  ...orders([turn(quarters), cut]),
  ...orders([turn(quarters), mirror('left and right'), cut]),
]);

async function expectSteps(
  steps: readonly Step[],
  photo: Partial<Photo> = {},
  side: number = WHOLE,
  stored: ExpectedPicture = quartersPicture(...SIZE),
): Promise<void> {
  let picture = stored;
  const properties: Property[] = [];
  for (const { property, apply } of steps) {
    properties.push(property([picture.width, picture.height]));
    picture = apply(picture);
  }
  const file = heifPhoto({ picture: 'quarters', properties, ...photo });
  const { thumbnail, ...rendered } = await thumbnailOf(file, { side });
  expect([rendered.sourceWidth, rendered.sourceHeight]).toEqual([picture.width, picture.height]);
  await expectPicture(thumbnail, picture);
}

test('every rotation and mirror, in either order, gives the picture upright', async () => {
  for (const steps of ORIENTATIONS) await expectSteps(steps);
});

test('a crop takes effect where it stands among rotation and mirror', async () => {
  for (const steps of CROPS) await expectSteps(steps);
});

test('a picture that is shrunken as it is decoded is turned and cropped alike', async () => {
  for (const steps of CROPS) await expectSteps(steps, {}, 30);
});

test('an aperture between pixels takes those that it covers most', async () => {
  const aperture = cleanAperture({ width: [641, 10], height: [481, 10], right: [1, 3], below: [-1, 3] });
  const file = heifPhoto({ picture: 'quarters', properties: [aperture] });
  const { sourceWidth, sourceHeight } = await thumbnailOf(file);
  expect(sourceWidth).toBeGreaterThanOrEqual(64);
  expect(sourceWidth).toBeLessThanOrEqual(66);
  expect(sourceHeight).toBeGreaterThanOrEqual(48);
  expect(sourceHeight).toBeLessThanOrEqual(50);
});

test('EXIF orientation is ignored, with and without a rotation of the container', async () => {
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const exif = tiff([[0x0112, 3, 1, orientation]], Buffer.alloc(0));
    await expectSteps([], { exif });
    await expectSteps([turn(3)], { exif });
  }
});

test('a grid is turned, mirrored and cropped as one picture', async () => {
  const grid = { ...GRID, tiles: [...GRID.tiles] };
  // Its tiles have no mark, and the lower ones are cut.
  const whole = cropped(quartersPicture(128, 128, QUARTERS, QUARTERS[0]), {
    left: 0,
    top: 0,
    width: 128,
    height: 96,
  });
  for (const steps of [[turn(1)], [mirror('left and right'), turn(3)], [cut, turn(1)], [turn(2), cut]])
    for (const side of [WHOLE, 30]) await expectSteps(steps, { picture: grid }, side, whole);
});
