import { useState } from 'react';
import { useSearch } from 'wouter';
import { useOrganization } from '../api/organization.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { forgetView, savedViews, saveView } from './saved.views.ts';
import { isSameView, VIEWS } from './syncs.filters.ts';

/** Views as links: those that everybody has and those saved in this browser. What is open can be saved under a name. */
export function ViewBar() {
  const { orgId } = useOrganization();
  const search = useSearch();
  const [saved, setSaved] = useState(() => savedViews(orgId));
  const [naming, setNaming] = useState(false);
  const current = [...VIEWS, ...saved].find((view) => isSameView(view.search, search));
  const isSaved = saved.some(({ name }) => name === current?.name);
  return (
    <div className="row between view-bar">
      <TabLinks
        name="Views"
        tabs={[...VIEWS, ...saved].map((view) => ({
          href: view.search ? `/syncs?${view.search}` : '/syncs',
          current: view === current,
          label: view.name,
        }))}
      />
      {!current && (
        <Button size="small" onClick={() => setNaming(true)}>
          Save this view
        </Button>
      )}
      {isSaved && current && (
        <Button size="small" variant="ghost" onClick={() => setSaved(forgetView(orgId, current.name))}>
          Forget this view
        </Button>
      )}
      {naming && (
        <NameDialog
          onClose={() => setNaming(false)}
          onName={(name) => {
            setSaved(saveView(orgId, { name, search }));
            setNaming(false);
          }}
        />
      )}
    </div>
  );
}

function NameDialog({ onClose, onName }: { readonly onClose: () => void; readonly onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <Dialog title="Save this view" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) onName(name.trim());
        }}
      >
        <Field label="Name" hint="It is saved in this browser. To share a view, send its address.">
          <input value={name} maxLength={40} onChange={({ target }) => setName(target.value)} />
        </Field>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!name.trim()}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
