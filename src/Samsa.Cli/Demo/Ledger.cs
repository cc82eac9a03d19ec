using Samsa.Cli.Demo.Machine;

namespace Samsa.Cli.Demo;

/// <summary>Numbers what is sent, checks what comes back. The proof that nothing was lost or reordered is here and nowhere else.</summary>
sealed class Ledger
{
    readonly Lock gate = new();
    readonly Dictionary<string, long> sent = [];
    readonly Dictionary<string, Account> received = [];

    /// <summary>Gives a measurement the next number of its key.</summary>
    public Reading Number(Measurement measured)
    {
        lock (gate)
        {
            var number = sent.GetValueOrDefault(measured.Key);
            sent[measured.Key] = number + 1;
            return new(measured.Key, number, measured.Unit, measured.Value);
        }
    }

    /// <summary>Enters what came back.</summary>
    public void Enter(Reading reading)
    {
        lock (gate)
        {
            if (!received.TryGetValue(reading.Key, out var account)) received[reading.Key] = account = new();
            account.Enter(reading.Number);
        }
    }

    public Balance Balance
    {
        get
        {
            lock (gate)
            {
                var all = sent.Values.Sum();
                var distinct = received.Values.Sum(account => account.Distinct);
                return new(all, distinct, Math.Max(0, all - distinct), received.Values.Sum(account => account.Repeated), received.Values.Sum(account => account.Displaced), sent.Count);
            }
        }
    }

    sealed class Account
    {
        readonly HashSet<long> missing = [];
        long next;

        public long Distinct { get; private set; }

        public long Repeated { get; private set; }

        public long Displaced { get; private set; }

        public void Enter(long number)
        {
            if (number < next && !missing.Remove(number))
            {
                Repeated++;
                return;
            }

            Distinct++;
            if (number < next) Displaced++;
            for (; next < number; next++) missing.Add(next);
            next = Math.Max(next, number + 1);
        }
    }
}

/// <summary>How the account stands.</summary>
/// <param name="Sent">Records sent.</param>
/// <param name="Received">Records received, each counted once.</param>
/// <param name="Lost">Sent and not received.</param>
/// <param name="Repeated">Received again.</param>
/// <param name="Displaced">Received after a later one of their key.</param>
/// <param name="Keys">How many keys there are.</param>
readonly record struct Balance(long Sent, long Received, long Lost, long Repeated, long Displaced, int Keys)
{
    public bool IsEven => Lost is 0 && Displaced is 0;
}
