// HTML from templates: values are text, whatever is in them.

import { expect, test } from 'vitest';
import { html } from '../../../src/gallery/pages/html.js';

test('a value is escaped, as text and in an attribute', () => {
  const value = `<script>"it's" &amp;</script>`;
  expect(html`<p title="${value}">${value}</p>`.text).toBe(
    '<p title="&lt;script&gt;&quot;it&#39;s&quot; &amp;amp;&lt;/script&gt;">&lt;script&gt;&quot;it&#39;s&quot; &amp;amp;&lt;/script&gt;</p>',
  );
});

test('controls and lone surrogates are shown as their code', () => {
  expect(html`${'a\nb\u202ec\u0000\ud800'}`.text).toBe('a\\u000ab\\u202ec\\u0000\\ud800');
});

test('HTML of another template is taken over, also in lists; numbers are text; nothing is nothing', () => {
  const items = ['<a>', '<b>'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${0}${undefined}${false}${''}`.text).toBe(
    '<ul><li>&lt;a&gt;</li><li>&lt;b&gt;</li></ul>0',
  );
});
