import DefaultTheme from 'vitepress/theme-without-fonts';
import MermaidPicture from './mermaid-picture.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('MermaidPicture', MermaidPicture);
  },
};
