package dev.ila.view;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.IChart;

/**
 * A chart as PNG of about half the bytes, for a notebook's file: four bits a colour instead of
 * eight, which nobody sees in lines and cells, and the best compression.
 */
final class SmallPng {
    private static final int FOUR_BITS = 0xF0F0F0;
    private static final int WHITE = 0xFFFFFF;

    private SmallPng() {}

    static byte[] of(IChart chart) {
        return of(BitmapEncoder.getBufferedImage(chart));
    }

    static byte[] of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int colour = row[x] & WHITE;
                row[x] = colour == WHITE ? WHITE : colour & FOUR_BITS;
            }
            out.setRGB(0, y, width, 1, row, 0, width);
        }
        return encode(out);
    }

    private static byte[] encode(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam best = writer.getDefaultWriteParam();
        best.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        best.setCompressionQuality(0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream to = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(to);
            writer.write(null, new IIOImage(image, null, null), best);
        } catch (IOException e) {
            throw new UncheckedIOException("picture could not be written as PNG", e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }
}
