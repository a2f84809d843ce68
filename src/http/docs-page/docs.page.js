// What /docs does besides Swagger UI: names and headings that a screen reader needs, and ids of the examples that lead to what was made
// here. It runs before the page's own script sets up Swagger UI, and changes nothing of the document for programs.

(() => {
  /** Sets an attribute once: a change that changes nothing would be noticed again. */
  const set = (element, name, value) => {
    if (value && element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const each = (root, selector, mend) => {
    for (const element of root.querySelectorAll(selector)) mend(element);
  };

  function nameOf(element) {
    const operation = element.closest('.opblock')?.querySelector('.opblock-summary-path')?.dataset.path ?? '';
    const parameter = element.closest('[data-param-name]')?.dataset.paramName;
    if (parameter) return parameter;
    if (element.closest('.servers')) return 'Server';
    if (element.closest('.responses-table')) {
      const code = element.closest('[data-code]')?.dataset.code ?? '';
      return `${element.matches('.examples-select-element') ? 'Example' : 'Media type'} of ${code}, ${operation}`;
    }
    if (element.closest('.opblock-section-request-body'))
      return `${element.matches('textarea') ? 'Request body' : 'Choice of the request body'}, ${operation}`;
    return element.closest('label, .auth-container')?.textContent.trim().slice(0, 80);
  }

  function mend(root) {
    // Swagger UI's own main part begins with the operations.
    for (const [part, name] of [
      ['.information-container', 'About this API'],
      ['.scheme-container', 'Server and credentials'],
    ])
      each(root, part, (region) => {
        set(region, 'role', 'region');
        set(region, 'aria-label', name);
      });
    // Under the one of the page, no level is left out.
    each(root, 'h2, h3, h4, h5, h6', (heading) => set(heading, 'aria-level', String(Number(heading.tagName[1]) - 1)));
    // Its address is also that of the button around it.
    each(root, '.opblock-summary-control a[href]', (link) => link.removeAttribute('href'));
    each(root, 'table[role="region"]', (table) => table.removeAttribute('role'));
    each(root, 'pre.microlight, .highlight-code pre', (example) => set(example, 'tabindex', '0'));
    each(root, 'select, textarea, input', (field) => {
      if (!field.labels?.length || !field.labels[0].textContent.trim() || field.matches('.servers select'))
        set(field, 'aria-label', field.getAttribute('aria-label') ?? nameOf(field));
    });
    each(root, '.modal-ux', (dialog) => {
      set(dialog, 'role', 'dialog');
      set(dialog, 'aria-modal', 'true');
      set(dialog, 'aria-label', dialog.querySelector('h3')?.textContent);
    });
    // What a button says is its name.
    each(root, '.auth-btn-wrapper [aria-label]', (button) => button.removeAttribute('aria-label'));
    each(root, '.close-modal', (button) => set(button, 'aria-label', 'Close'));
  }

  addEventListener('load', () => {
    const root = document.getElementById('swagger-ui');
    // Set up by the page's own script, which waits for the same event and was there first.
    const examples = import('./stand-ins.js').then(({ standIns }) =>
      standIns(window.ui.specSelectors.specJson().get('x-examples-stand-for').toJS()),
    );
    Object.assign(window.ui.getConfigs(), {
      requestInterceptor: async (request) => (await examples).before(request),
      responseInterceptor: async (response) => (await examples).after(response),
    });
    let isDue = false;
    const mendSoon = () => {
      if (!isDue)
        requestAnimationFrame(() => {
          isDue = false;
          mend(root);
        });
      isDue = true;
    };
    new MutationObserver(mendSoon).observe(root, { subtree: true, childList: true });
    mend(root);
  });
})();
