// Neither brings types; the build meets them only inside the search plugin.
declare module 'lunr';
declare module 'lunr-languages/*';
