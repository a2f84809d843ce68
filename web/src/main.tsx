import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query.client.ts';
import { App } from './app/app.tsx';
import { applyTheme, storedTheme } from './app/preferences.ts';
import { reloadAfterUpgrade } from './app/upgrade.ts';
import './styles/tokens.css';
import './styles/base.css';

reloadAfterUpgrade();
applyTheme(storedTheme());
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
