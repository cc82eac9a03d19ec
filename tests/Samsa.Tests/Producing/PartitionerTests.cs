using System.Text;
using Samsa.Rx;

namespace Samsa.Tests.Producing;

public class PartitionerTests
{
    [TestCase("", 275646681, 0, 1, 1, 31, 681)]
    [TestCase("21", -973932308, 0, 4, 0, 40, 340)]
    [TestCase("foobar", -790332482, 0, 6, 6, 16, 166)]
    [TestCase("abc", 479470107, 0, 3, 7, 7, 107)]
    [TestCase("a-little-bit-long-string", -985981536, 2, 0, 2, 12, 112)]
    [TestCase("a-little-bit-longer-string", -1486304829, 2, 3, 9, 19, 819)]
    [TestCase("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, 2, 5, 7, 27, 677)]
    [TestCase("0", 971027396, 2, 4, 6, 46, 396)]
    [TestCase("1", -1993445489, 0, 7, 9, 9, 159)]
    [TestCase("key-1", 193331640, 0, 0, 0, 40, 640)]
    [TestCase("user-42", 1459644460, 1, 4, 0, 10, 460)]
    [TestCase("Ünïcødé", -367108646, 0, 2, 2, 2, 2)]
    [TestCase("\0", 375494588, 2, 4, 8, 38, 588)]
    [TestCase("😀", 131881617, 0, 1, 7, 17, 617)]
    public void A_key_goes_where_Java_sends_it(string key, int hash, int of3, int of8, int of10, int of50, int of1000)
    {
        Assert.That((int)Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes(key)), Is.EqualTo(hash));
        Assert.That(
            new[] { 3, 8, 10, 50, 1000 }.Select(n => Partitioners.Murmur2.Choose("t", new ProducerRecord(key, "v"), n)),
            Is.EqualTo(new[] { of3, of8, of10, of50, of1000 }));
    }

    [TestCase("a", 1, 2, 4)]
    [TestCase("key-0", 1, 5, 7)]
    [TestCase("key-1", 0, 1, 3)]
    [TestCase("key-2", 0, 0, 0)]
    [TestCase("hello world", 1, 3, 1)]
    public void A_key_goes_where_PyKafka_sends_it(string key, int of3, int of10, int of12) =>
        Assert.That(
            new[] { 3, 10, 12 }.Select(n => Partitioners.PyKafka.Choose("t", new ProducerRecord(key, "v"), n)),
            Is.EqualTo(new[] { of3, of10, of12 }));

    // What CPython 2.7.18 says on 64 bits.
    [TestCase("", 0L, 0, 0)]
    [TestCase("a", 12416037344L, 4, 4)]
    [TestCase("abc", 1453079729188098211L, 1, 4)]
    [TestCase("hello world", -2324238377118044897L, 7, 6)]
    [TestCase("key-0", -8263941221855491837L, 7, 0)]
    public void A_key_goes_where_samsa_sent_it(string key, long hash, int of10, int of7)
    {
        Assert.That(SamsaPartitioner.Hash(Encoding.UTF8.GetBytes(key)), Is.EqualTo(hash));
        Assert.That(
            new[] { 10, 7 }.Select(n => Partitioners.Samsa.Choose("t", new ProducerRecord(key, "v"), n)),
            Is.EqualTo(new[] { of10, of7 }));
    }

    [Test]
    public void The_partitioners_of_the_Python_clients_need_a_key()
    {
        Assert.That(() => Partitioners.Samsa.Choose("t", new ProducerRecord("v"), 3), Throws.ArgumentException);
        Assert.That(() => Partitioners.PyKafka.Choose("t", new ProducerRecord("v"), 3), Throws.ArgumentException);
    }

    [Test]
    public void Round_robin_counts_for_itself()
    {
        var (one, other) = (Partitioners.RoundRobin, Partitioners.RoundRobin);
        Assert.That(Enumerable.Range(0, 7).Select(_ => one.Choose("t", new ProducerRecord("v"), 3)), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2, 0 }));
        Assert.That(other.Choose("t", new ProducerRecord("v"), 3), Is.Zero);
    }

    [Test]
    public void By_chance_every_partition_gets_its_part()
    {
        var chosen = Enumerable.Range(0, 3000).Select(_ => Partitioners.Random.Choose("t", new ProducerRecord("k", "v"), 3)).CountBy(p => p);
        Assert.That(chosen.Select(pair => pair.Key), Is.EquivalentTo(new[] { 0, 1, 2 }));
        Assert.That(chosen.Select(pair => pair.Value), Is.All.InRange(800, 1200));
    }

    [Test]
    public void A_name_finds_its_partitioner() =>
        Assert.That(Partitioners.Names.Split(", ").Select(Partitioners.Named), Has.None.Null.And.Count.EqualTo(6));
}
