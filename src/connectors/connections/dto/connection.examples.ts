/** The connections that the documentation makes. `npm run demo` has a shop and an ERP with their credentials. */
export const CREATE_EXAMPLES = {
  'a shop': {
    value: {
      name: 'Main shop',
      system: 'woocommerce',
      base_url: 'https://shop.example.com',
      credentials: { consumer_key: 'ck_0123456789abcdef', consumer_secret: 'cs_0123456789abcdef' },
      settings: { delete_guard_percent: 15, on_conflict: 'skip' },
    },
  },
  'an ERP': {
    value: {
      name: 'ERP',
      system: 'odoo',
      base_url: 'https://erp.example.com',
      credentials: {
        database: 'erp',
        username: 'sync@example.com',
        api_key: '0123456789abcdef0123456789abcdef01234567',
      },
    },
  },
};

export const CHANGE_EXAMPLES = {
  'a setting': { value: { settings: { on_conflict: 'overwrite' } } },
  'another key': { value: { credentials: CREATE_EXAMPLES['a shop'].value.credentials } },
};
