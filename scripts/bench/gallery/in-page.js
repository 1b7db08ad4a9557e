// In the page, before its own script: what browser.ts asks for. Plain JavaScript, because a compiler's helpers would not be there.

/** When a thumbnail in the window was drawn, and when all were; milliseconds since the navigation began. */
const drawn = new Promise((resolve) => {
  let first;
  const look = () => {
    const images = [...document.querySelectorAll('main img')].filter((image) => {
      const { top, bottom } = image.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    const done = images.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0);
    if (done.length > 0) first ??= performance.now();
    if (first !== undefined && done.length === images.length && document.readyState === 'complete')
      resolve([first, performance.now()]);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});

/** Scrolls as fast as somebody who drags the scroll bar: some hundred frames from beginning to end, however long the page is. */
function scroll() {
  return new Promise((resolve) => {
    const height = document.documentElement.scrollHeight;
    const end = height - innerHeight;
    const step = Math.max(120, end / 600);
    let last = performance.now();
    let longestFrameMs = 0;
    let frames = 0;
    const frame = () => {
      const now = performance.now();
      longestFrameMs = Math.max(longestFrameMs, now - last);
      last = now;
      frames += 1;
      if (scrollY >= end - 1) resolve({ longestFrameMs, frames, height });
      else {
        scrollBy(0, step);
        requestAnimationFrame(frame);
      }
    };
    requestAnimationFrame(frame);
  });
}

window.measured = { drawn, scroll };
