/**
 * From the bytes of a picture file to RGB pixels of a size: headers, decoders, EXIF orientation, antialiased resampling,
 * and the views that training and evaluation take of a photograph.
 *
 * <p>Training, validation, {@code predict} and the server all read pictures here, so that a picture has the same pixels in all.
 * JPEG is decoded by libjpeg-turbo where the machine has it, else by the JDK; PNG by the JDK. The two JPEG decoders may
 * differ by a grey level or two.
 *
 * <p>May import: the JDK (ImageIO), JNA, slf4j. Nothing else of the project.
 */
package dev.distillery.image;
