import { expect, test } from 'vitest';
import { commonFolder } from '../../../src/links/common-folder.js';

const common = (sources: string[], roots: string[] = [], remembered?: string) =>
  commonFolder({ sources, roots, remembered });

test('the common folder is that of the roots that have photos, and no one’s name above it appears', () => {
  expect(common(['/p/2024/a.jpg'], ['/p'])).toBe('/p');
  expect(common(['/p/2024/a.jpg', '/q/b.jpg'], ['/p', '/q'])).toBe('/');
  expect(common(['/h/p/2024/a.jpg', '/h/q/b.jpg'], ['/h/p', '/h/q', '/elsewhere'])).toBe('/h');
});

test('where no root is known it is that of the photos', () => {
  expect(common(['/p/2024/a.jpg', '/p/2025/b.jpg'])).toBe('/p');
  expect(common(['/p/2024/a.jpg'])).toBe('/p/2024');
  expect(common(['/a.jpg'])).toBe('/');
  expect(common([])).toBeUndefined();
});

test('a folder that is remembered only becomes wider', () => {
  expect(common(['/h/p/2024/a.jpg'], ['/h/p/2024'], '/h/p')).toBe('/h/p');
  expect(common(['/h/p/a.jpg', '/h/p2/b.jpg'], ['/h/p2'], '/h/p')).toBe('/h');
  expect(common([], [], '/h/p')).toBe('/h/p');
});

test('a photo outside every root that is known widens it', () => {
  expect(common(['/h/p/a.jpg', '/h/q/b.jpg'], ['/h/p'])).toBe('/h');
});
