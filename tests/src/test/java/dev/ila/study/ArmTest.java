package dev.ila.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArmTest {
    private static final long SEED = 4;

    private final List<LinearLayer> layers = Checkpoint.open(Demo.extract()).layers();

    /** Every third layer is important, and of those the later ones more. */
    private final Ranking ranking =
            Ranking.of(
                    layers,
                    IntStream.range(0, layers.size())
                            .mapToDouble(i -> i % 3 == 0 ? 100 + i : i)
                            .toArray());

    private Map<String, Arm> arms(long seed) {
        return Arm.of(
                        layers,
                        ranking,
                        Map.of(),
                        List.of(0.3, 0.125),
                        3,
                        seed,
                        LinearLayer::parameters)
                .stream()
                .collect(Collectors.toMap(Arm::name, Function.identity()));
    }

    @Test
    void rivalsHaveAsManyLayersOrAsManyNumbers() {
        Map<String, Arm> arms = arms(SEED);
        assertEquals(1 + 2 * (6 + 3 * 3), arms.size());
        assertEquals(layers, arms.get("all").layers());
        Arm ila = arms.get("ila 30 %");
        assertEquals(17, ila.layers().size());
        assertTrue(ila.layers().stream().allMatch(l -> l.index() % 3 == 0));
        assertEquals(layers.subList(0, 17), arms.get("first 30 %").layers());
        assertEquals(layers.subList(39, 56), arms.get("last 30 %").layers());
        assertEquals(7, arms.get("ila 12.5 %").layers().size());
        long numbers = numbers(ila);
        for (Arm arm : arms.values()) {
            if (!arm.cut().equals("30 %")) {
                continue;
            }
            if (arm.kind().endsWith(", numbers")) {
                // A layer more or less would be further away.
                long largest = layers.stream().mapToLong(LinearLayer::parameters).max().orElse(0);
                assertTrue(Math.abs(numbers(arm) - numbers) <= largest / 2, arm.name());
            } else {
                assertEquals(17, arm.atOnce(), arm.name());
            }
            if (arm.kind().equals("random by kind")) {
                assertEquals(kinds(ila), kinds(arm));
                assertEquals(numbers, numbers(arm));
                assertEquals("random by kind 30 %", arm.group());
            }
        }
    }

    @Test
    void otherRankingsGiveAsManyLayersAndTheirTiesGoByLot() {
        Ranking opposite =
                Ranking.of(layers, layers.stream().mapToDouble(l -> -l.index()).toArray());
        Ranking blocks = Ranking.of(layers, layers.stream().mapToDouble(l -> l.block()).toArray());
        Set<List<LinearLayer>> drawn = new HashSet<>();
        for (long seed = 1; seed <= 5; seed++) {
            Map<String, Arm> arms =
                    Arm.of(
                                    layers,
                                    ranking,
                                    Map.of("one", opposite, "two", blocks),
                                    List.of(0.3),
                                    1,
                                    seed,
                                    LinearLayer::parameters)
                            .stream()
                            .collect(Collectors.toMap(Arm::name, Function.identity()));
            assertEquals(layers.subList(0, 17), arms.get("one 30 %").layers());
            List<LinearLayer> two = arms.get("two 30 %").layers();
            assertEquals(17, two.size());
            // The last two blocks, of seven layers each, and three of the one before.
            assertEquals(layers.subList(42, 56), two.subList(3, 17));
            two.subList(0, 3).forEach(l -> assertEquals(5, l.block()));
            drawn.add(two);
        }
        assertTrue(drawn.size() > 1);
    }

    @Test
    void drawsFollowFromTheSeed() {
        assertEquals(arms(SEED), arms(SEED));
        Map<String, Arm> arms = arms(SEED);
        for (String name : List.of("random 30 %", "random by kind 30 %", "random, numbers 30 %")) {
            assertNotEquals(arms.get(name + " 1").layers(), arms.get(name + " 2").layers());
            assertNotEquals(
                    arms.get(name + " 1").layers(), arms(SEED + 1).get(name + " 1").layers());
        }
    }

    @Test
    void aRankingOfSomeLayersOrACutOfAllIsRefused() {
        Ranking part = Ranking.of(layers.subList(0, 3), new double[] {1, 2, 3});
        assertEquals(
                "layers of the ranking must be all 56 of the model, but is: 3",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Arm.of(layers, part, Map.of(), List.of(0.3), 1, 1, l -> 1))
                        .getMessage());
        assertEquals(
                "cut must be above 0 and below 1, but is: 1.0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Arm.of(layers, ranking, Map.of(), List.of(1.0), 1, 1, l -> 1))
                        .getMessage());
    }

    private static long numbers(Arm arm) {
        return arm.layers().stream().mapToLong(LinearLayer::parameters).sum();
    }

    private static Map<String, Long> kinds(Arm arm) {
        return arm.layers().stream()
                .collect(Collectors.groupingBy(LinearLayer::projection, Collectors.counting()));
    }
}
