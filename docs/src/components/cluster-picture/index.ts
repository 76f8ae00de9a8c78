export { ClusterPicture, type ClusterPictureProps } from './cluster-picture.js';
export type { ClusterObjects, PicturedObject } from './cluster-view.js';
