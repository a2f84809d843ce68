import type { Page } from 'playwright-core';

/** How many lines each text of the elements has, and where a line ends within a text: the characters before. */
export const linesOf = (page: Page, selector: string) =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const range = document.createRange();
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const characters: { character: string; top: number; isAfterSpace: boolean }[] = [];
      // A space at the end of a line has no width.
      let isAfterSpace = false;
      for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (let n = 0; n < (node.textContent ?? '').length; n += 1) {
          range.setStart(node, n);
          range.setEnd(node, n + 1);
          const [box] = range.getClientRects();
          const character = node.textContent?.[n] ?? '';
          if (box && box.width > 0) characters.push({ character, top: Math.round(box.top), isAfterSpace });
          isAfterSpace = /\s/.test(character);
        }
      const breaks = characters.flatMap(({ top }, n) => (n > 0 && top > (characters[n - 1]?.top ?? 0) + 4 ? [n] : []));
      return {
        text: element.textContent ?? '',
        lines: breaks.length + 1,
        endsWith: breaks.map((n) => (characters[n]?.isAfterSpace ? ' ' : (characters[n - 1]?.character ?? ''))),
      };
    }),
  );
