import { render } from 'preact';
import { App } from './app.js';
import { signInByLink } from './login-link.js';
import 'photoswipe/style.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/grid.css';
import './styles/pages.css';
import './styles/viewer.css';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');
void signInByLink().then((outcome) => render(<App linkRefused={outcome === 'refused'} />, root));
