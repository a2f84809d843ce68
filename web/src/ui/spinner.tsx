import './spinner.css';

/** Decoration: what is under way is said in words beside it. */
export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
