/**
 * How a folder of pictures is read as labelled data: which sub-folders are classes, which files are images, in which order,
 * and what their digest is. The trainer and the command line both go by it. Opens no picture. May import: the JDK only.
 */
package dev.distillery.imagefolder;
