// With the fonts of the reader's machine: the page loads nothing from elsewhere.
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import './style.css';

/** Outside of the handbook, so the address has no base; with a target, vitepress leaves the click to the browser. */
const links = () => [
  h('a', { class: 'service-link', href: '/', target: '_self' }, 'Dashboard'),
  h('a', { class: 'service-link', href: '/docs', target: '_self' }, 'API'),
];

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'nav-bar-content-after': links, 'nav-screen-content-after': links }),
};
